// Puts TEXT to s3://BUCKET/KEY by the AWS SDK for Go, which has nothing but its environment: BUCKET KEY TEXT.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

type outcome struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func put(ctx context.Context, bucket, key, text string) error {
	loaded, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	_, err = s3.NewFromConfig(loaded).PutObject(ctx, &s3.PutObjectInput{
		Bucket: &bucket,
		Key:    &key,
		Body:   strings.NewReader(text),
	})
	return err
}

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: put BUCKET KEY TEXT")
	}
	result := outcome{Code: "ok"}
	if err := put(context.Background(), os.Args[1], os.Args[2], os.Args[3]); err != nil {
		var said smithy.APIError
		if !errors.As(err, &said) {
			log.Fatal(err)
		}
		result = outcome{Code: said.ErrorCode(), Message: said.ErrorMessage()}
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		log.Fatal(err)
	}
}
