// Prints a token for CLUSTER as programs in Go make one: by the presigner of the AWS SDK, which gets a header more to sign
// and the life of the URL. CLUSTER REGION; keys come from the environment.
package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

type presigner struct {
	sts.HTTPPresignerV4
	cluster string
}

func (p presigner) PresignHTTP(
	ctx context.Context, keys aws.Credentials, request *http.Request, hash, service, region string, at time.Time,
	options ...func(*v4.SignerOptions),
) (string, http.Header, error) {
	request.Header.Set("x-k8s-aws-id", p.cluster)
	request.Header.Set("X-Amz-Expires", "60")
	return p.HTTPPresignerV4.PresignHTTP(ctx, keys, request, hash, service, region, at, options...)
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: token CLUSTER REGION")
	}
	ctx := context.Background()
	loaded, err := config.LoadDefaultConfig(ctx, config.WithRegion(os.Args[2]))
	if err != nil {
		log.Fatal(err)
	}
	withCluster := func(options *sts.PresignOptions) {
		options.Presigner = presigner{options.Presigner, os.Args[1]}
	}
	client := sts.NewPresignClient(sts.NewFromConfig(loaded))
	signed, err := client.PresignGetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}, withCluster)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("k8s-aws-v1." + base64.RawURLEncoding.EncodeToString([]byte(signed.URL)))
}
